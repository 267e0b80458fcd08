/** The arguments that make a level. */
export type StorageLevelFields = readonly [
  useDisk: boolean,
  useMemory: boolean,
  useOffHeap: boolean,
  deserialized: boolean,
  replication: number,
]

/** Where cached partitions are kept, in which form, and in how many copies. */
export class StorageLevel {
  static readonly NONE = new StorageLevel(false, false, false, false)
  static readonly DISK_ONLY = new StorageLevel(true, false, false, false)
  static readonly DISK_ONLY_2 = new StorageLevel(true, false, false, false, 2)
  static readonly DISK_ONLY_3 = new StorageLevel(true, false, false, false, 3)
  static readonly MEMORY_ONLY = new StorageLevel(false, true, false, true)
  static readonly MEMORY_ONLY_2 = new StorageLevel(false, true, false, true, 2)
  static readonly MEMORY_ONLY_SER = new StorageLevel(false, true, false, false)
  static readonly MEMORY_ONLY_SER_2 = new StorageLevel(false, true, false, false, 2)
  static readonly MEMORY_AND_DISK = new StorageLevel(true, true, false, true)
  static readonly MEMORY_AND_DISK_2 = new StorageLevel(true, true, false, true, 2)
  static readonly MEMORY_AND_DISK_SER = new StorageLevel(true, true, false, false)
  static readonly MEMORY_AND_DISK_SER_2 = new StorageLevel(true, true, false, false, 2)
  static readonly MEMORY_AND_DISK_DESER = new StorageLevel(true, true, false, true)
  static readonly OFF_HEAP = new StorageLevel(true, true, true, false)

  readonly useDisk: boolean
  readonly useMemory: boolean
  readonly useOffHeap: boolean
  readonly deserialized: boolean
  /** 1 for NONE. */
  readonly replication: number

  constructor(
    useDisk: boolean,
    useMemory: boolean,
    useOffHeap: boolean,
    deserialized: boolean,
    replication = 1,
  ) {
    this.useDisk = useDisk
    this.useMemory = useMemory
    this.useOffHeap = useOffHeap
    this.deserialized = deserialized
    this.replication = replication
  }

  /** Whether it keeps anything at all. */
  get isValid(): boolean {
    return (this.useDisk || this.useMemory) && this.replication > 0
  }

  /** As `Disk Memory Serialized 2x Replicated`. */
  get description(): string {
    const words = [
      this.useDisk ? 'Disk' : '',
      this.useMemory ? 'Memory' : '',
      this.useOffHeap ? '(off heap)' : '',
      this.deserialized ? 'Deserialized' : 'Serialized',
      `${this.replication}x Replicated`,
    ]
    return words.filter(word => word !== '').join(' ')
  }

  /** As it travels. */
  toFields(): StorageLevelFields {
    const { useDisk, useMemory, useOffHeap, deserialized, replication } = this
    return [useDisk, useMemory, useOffHeap, deserialized, replication]
  }

  static fromFields(fields: StorageLevelFields): StorageLevel {
    return new StorageLevel(...fields)
  }

  equals(other: StorageLevel): boolean {
    return other.description === this.description
  }

  toString(): string {
    return this.description
  }
}

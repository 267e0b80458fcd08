import { expect } from 'chai'
import {
  encodeIndexFile,
  mapOutputDataName,
  mapOutputIndexName,
  parseIndexFile,
  parseMapOutputName,
  rangeInData,
  StorageLevel,
} from '#publib/blocks'
import { SeededRandom, shuffleId, taskId } from '#publib/util'

describe('names of map outputs', () => {
  const id = { shuffleId: shuffleId(3), mapPartition: 12, taskId: taskId(400) }

  it('hold shuffle, map partition and attempt', () => {
    expect(mapOutputDataName(id)).to.equal('shuffle_3_12_400.data')
    expect(mapOutputIndexName(id)).to.equal('shuffle_3_12_400.index')
    expect(parseMapOutputName('shuffle_3_12_400.index')).to.deep.equal({ ...id, kind: 'index' })
  })

  it('are nothing else', () => {
    for (const name of [
      '',
      'shuffle_3_12.data',
      'shuffle_3_12_400.data.tmp',
      '../shuffle_3_12_400.data',
      'shuffle_-1_2_3.data',
    ]) {
      expect(parseMapOutputName(name), name).to.equal(undefined)
    }
  })
})

describe('index files', () => {
  const index = {
    shuffleId: 3,
    mapPartition: 12,
    taskId: 2 ** 40,
    offsets: Float64Array.of(0, 10, 10, 2 ** 40),
    checksums: Uint32Array.of(1, 0, 0xffff_ffff),
  }

  it('say what they were told', () => {
    expect(parseIndexFile(encodeIndexFile(index))).to.deep.equal(index)
  })

  it('say where the bytes of reducers stand', () => {
    expect(rangeInData(index, 0, 2)).to.deep.equal({ offset: 0, length: 10 })
    expect(rangeInData(index, 1, 1)).to.deep.equal({ offset: 10, length: 0 })
    for (const [start, end] of [
      [-1, 1],
      [0, 4],
      [2, 1],
      [0.5, 1],
      [NaN, 1],
      [0, Infinity],
    ]) {
      expect(rangeInData(index, start!, end!)).to.equal(undefined)
    }
  })

  it('are refused when a bit is changed or bytes are missing, and never make a reader throw', () => {
    const random = new SeededRandom(4)
    const bytes = encodeIndexFile(index)
    for (let round = 0; round < 2000; round++) {
      const cut = bytes.slice(0, random.below(bytes.length))
      expect(parseIndexFile(cut)).to.equal(undefined)
      const flipped = bytes.slice()
      flipped[random.below(bytes.length)]! ^= 1 << random.below(8)
      expect(parseIndexFile(flipped)).to.equal(undefined)
    }
  })
})

describe('storage levels', () => {
  it('are described as in Spark', () => {
    expect(StorageLevel.MEMORY_AND_DISK_SER_2.description).to.equal(
      'Disk Memory Serialized 2x Replicated',
    )
    expect(StorageLevel.MEMORY_ONLY.description).to.equal('Memory Deserialized 1x Replicated')
    expect(StorageLevel.NONE.isValid).to.equal(false)
    expect(StorageLevel.NONE.replication).to.equal(1)
    expect(StorageLevel.DISK_ONLY.equals(new StorageLevel(true, false, false, false))).to.equal(
      true,
    )
  })
})

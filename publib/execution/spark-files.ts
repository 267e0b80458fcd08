import { type ShippedAs, shipAs } from '#publib/closure/revive'
import { currentTask } from './current-task.ts'
import { addedFileMissing, noAddedFiles } from './errors.ts'

/** Where the files of `sc.addFile` lie, and how to look whether one is there. */
export interface FilesPlace {
  readonly folder: string
  isThere(path: string): boolean
}

let onDriver: FilesPlace | undefined

/** Where they lie on the driver; undefined: the context that added some has been stopped. */
export function setDriverFiles(place: FilesPlace | undefined): void {
  onDriver = place
}

/** The folder of added files of an executor, beside the one in which it keeps map outputs. */
export function filesFolderBeside(shuffleFolder: string): string {
  return `${shuffleFolder.slice(0, shuffleFolder.lastIndexOf('/'))}/files`
}

/**
 * The files of `sc.addFile` and `sc.addArchive`, in tasks and on the driver.
 *
 * @example
 * await sc.addFile('stop-words.txt')
 * rdd.filter(word => !readFileSync(SparkFiles.get('stop-words.txt'), 'utf8').includes(word))
 */
export const SparkFiles = {
  /** The path of an added file, or of one in an added folder: `folder/name`. @throws PATH_NOT_FOUND */
  get(filename: string): string {
    const { folder, isThere } = placeHere()
    const path = `${folder}/${filename}`
    if (!isAddedName(filename) || !isThere(path)) throw addedFileMissing(filename)
    return path
  },

  /** The folder of all of them. @throws PATH_NOT_FOUND where nothing was added */
  getRootDirectory(): string {
    return placeHere().folder
  },

  /** Captured by a function: executors have one of their own. */
  [shipAs](): ShippedAs {
    return { kind: 'SparkFiles', data: undefined }
  },
}

const NAME_LENGTH_MAX = 4096
const PARTS_MAX = 64

/** Whether a name stays within the folder of added files: it comes over the wire. */
export function isAddedName(name: string): boolean {
  if (name.length > NAME_LENGTH_MAX || name.includes('\0')) return false
  const parts = name.split('/')
  return parts.length <= PARTS_MAX && parts.every(part => part !== '' && !/^\.{1,2}$/.test(part))
}

function placeHere(): FilesPlace {
  const place = currentTask()?.addedFiles ?? onDriver
  if (place === undefined) throw noAddedFiles()
  return place
}

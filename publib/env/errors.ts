import { SimSparkError } from '#publib/util'

export function notARegularFile(path: string): SimSparkError {
  return new SimSparkError('FILE_UNREADABLE', `${path} is no regular file and is not opened`, {
    hint: 'Name a file; pipes, devices and folders cannot be read in ranges.',
  })
}

export function entryOutsidePackage(entry: string): SimSparkError {
  return new SimSparkError('INTERNAL', `${entry} is no module of simSpark and is not started`)
}

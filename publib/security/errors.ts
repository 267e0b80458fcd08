import { SimSparkError } from '#publib/util'

export function secretFileMissing(path: string): SimSparkError {
  return new SimSparkError('PATH_NOT_FOUND', `There is no secret file ${path}`, {
    hint: 'Make one with: simspark secret create',
  })
}

/** A secret file that must not be trusted. */
export function secretFileRefused(path: string, why: string, hint: string): SimSparkError {
  return new SimSparkError('PATH_REFUSED', `The secret file ${path} is refused: ${why}; ${hint}`, {
    hint,
  })
}

export function secretFileExists(path: string): SimSparkError {
  return new SimSparkError('PATH_REFUSED', `The secret file ${path} is there already`, {
    hint: 'Change it with: simspark secret rotate',
  })
}

export function listenRefused(address: string, why: string, hint: string): SimSparkError {
  const message = `refusing to listen beyond loopback (${address}) ${why}`
  return new SimSparkError('NOT_AUTHORIZED', message, { hint })
}

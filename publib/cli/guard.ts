import inspector from 'node:inspector'

/** Makes a command that was started under odd conditions behave: pipes that close, an inspector in NODE_OPTIONS. */
export function guardCommand(): void {
  process.umask(0o077)
  if (inspector.url() !== undefined) inspector.close()
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read has gone; what was asked for is done all the same.
      if (error.code !== 'EPIPE') process.exitCode = 1
    })
  }
}

// Imported before anything else. SIGUSR1 would open the inspector, and with it this process to any local user.
process.on('SIGUSR1', () => undefined)
// A pipe that its reader has closed, or a full disk behind it, is no reason to end.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

export {}

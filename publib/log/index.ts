export { type LogFields, type Logger, type LogLevel, silentLogger } from './logger.ts'
export { Redactor } from './redactor.ts'
export { createLogger, type LoggerOptions, type OwnedLogger } from './winston.ts'

import { duration, flag } from '../setting.ts'

/** What is shown while jobs run. */
export const uiSettings = {
  'simspark.ui.showConsoleProgress': flag({
    default: true,
    doc: 'Whether a terminal shows the progress of stages.',
  }),
  'simspark.ui.consoleProgress.update.interval': duration({
    default: 200,
    unit: 'ms',
    min: 20,
    doc: 'The progress on the terminal is redrawn once in so long.',
  }),
} as const

/**
 * Decides, and does nothing else: no I/O, no clock, no chance, no promise, no log.
 * The same events at the same times give the same actions, always.
 */
export interface Machine<Event, Action> {
  /** Takes in what happened at `nowMs` (monotonic) and gives what is to be done, in order. */
  handle(event: Event, nowMs: number): readonly Action[]
}

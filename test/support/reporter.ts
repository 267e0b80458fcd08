import mocha from 'mocha'

/** Mocha's spec reporter, closed by the plain line that CI looks for: `N passed, N failed`. */
class PlainCount extends mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    const skipped = pending > 0 ? `, ${pending} skipped` : ''
    process.stdout.write(`${passes} passed, ${failures} failed${skipped}\n`)
  }
}

export { PlainCount as default }

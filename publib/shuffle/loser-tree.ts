/** Which of many sources has the least head, found again with few comparisons when that one's head changes. */
export class LoserTree {
  readonly #comesBefore: (a: number, b: number) => boolean
  /** At 0 the winner of all; at each inner node of the tree the source that lost there. */
  readonly #losers: Int32Array

  /** `comesBefore` compares the heads of two sources; it never holds for both. */
  constructor(count: number, comesBefore: (a: number, b: number) => boolean) {
    this.#comesBefore = comesBefore
    this.#losers = new Int32Array(Math.max(count, 1))
    this.#losers[0] = count > 1 ? this.#winnerBelow(1) : 0
  }

  get winner(): number {
    return this.#losers[0]!
  }

  /** The winner's head is another one now. */
  replay(): void {
    const losers = this.#losers
    let winner = losers[0]!
    for (let node = (winner + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node]!
      if (!this.#comesBefore(other, winner)) continue
      losers[node] = winner
      winner = other
    }
    losers[0] = winner
  }

  #winnerBelow(node: number): number {
    const count = this.#losers.length
    if (node >= count) return node - count
    const left = this.#winnerBelow(2 * node)
    const right = this.#winnerBelow(2 * node + 1)
    const isLeft = this.#comesBefore(left, right)
    this.#losers[node] = isLeft ? right : left
    return isLeft ? left : right
  }
}

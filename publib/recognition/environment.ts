import type { Syntax } from '#publib/closure'
import type { Expression } from './shape.ts'

interface Variable {
  /** Undefined until its declaration is passed. */
  readonly value: Expression | undefined
  readonly isConstant: boolean
  /** In place of a value: an array that is being made, and that nobody has seen yet. */
  readonly array?: Expression | undefined
  /** In place of a value: a function, and how many blocks around it see what it sees. */
  readonly inner?: { readonly tree: Syntax.FunctionNode; readonly depth: number } | undefined
}

/** What the variables of one function hold at one point of it, innermost block last. */
export class Environment {
  readonly #blocks: Map<string, Variable>[]

  constructor(blocks: Map<string, Variable>[] = [new Map()]) {
    this.#blocks = blocks
  }

  /** A copy, for one of two ways that a function may go on. */
  fork(): Environment {
    return new Environment(this.#blocks.map(block => new Map(block)))
  }

  /** What a function within `depth` blocks sees: it may not change it. */
  sealed(depth = this.#blocks.length): Environment {
    const sealed = this.#blocks.slice(0, depth).map(block => {
      return new Map(
        [...block].map(([name, each]) => [name, { ...each, array: undefined, isConstant: true }]),
      )
    })
    return new Environment([...sealed, new Map()])
  }

  enter(): void {
    this.#blocks.push(new Map())
  }

  leave(): void {
    this.#blocks.pop()
  }

  get depth(): number {
    return this.#blocks.length
  }

  /** A variable of the innermost block; without a value it may not be read yet. */
  declare(name: string, value: Expression | undefined, isConstant: boolean): void {
    this.#blocks.at(-1)!.set(name, { value, isConstant })
  }

  /** A new array, empty so far. */
  declareArray(name: string): void {
    const array: Expression = { op: 'tuple', items: [] }
    this.#blocks.at(-1)!.set(name, { value: undefined, isConstant: true, array })
  }

  /** What the array has become. */
  setArray(name: string, array: Expression): void {
    const block = this.#blocks.findLast(each => each.has(name))
    block?.set(name, { value: undefined, isConstant: true, array })
  }

  /** Somebody has the array now: it stays as it is. */
  seal(name: string, value: Expression): void {
    const block = this.#blocks.findLast(each => each.has(name))
    block?.set(name, { value, isConstant: true })
  }

  /** A function of the function. */
  declareFunction(name: string, tree: Syntax.FunctionNode): void {
    const depth = this.#blocks.length
    this.#blocks.at(-1)!.set(name, { value: undefined, isConstant: true, inner: { tree, depth } })
  }

  /** Undefined for a name that the function does not declare. */
  find(name: string): Variable | undefined {
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const found = this.#blocks[i]!.get(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  assign(name: string, value: Expression): void {
    const block = this.#blocks.findLast(each => each.has(name))
    block?.set(name, { value, isConstant: false })
  }

  /** What the variables hold where two ways meet again. `choose` joins two values that differ. */
  static meet(
    a: Environment,
    b: Environment,
    choose: (a: Expression, b: Expression) => Expression,
  ): Environment {
    return new Environment(
      a.#blocks.map((block, depth) => {
        const met = new Map<string, Variable>()
        for (const [name, variable] of block) {
          const other = b.#blocks[depth]?.get(name)
          const { value } = variable
          const isSame = other === undefined || other.value === value
          // A value that only one way gave cannot be read any more.
          const joined =
            isSame || value === undefined || other.value === undefined
              ? isSame
                ? value
                : undefined
              : choose(value, other.value)
          const array = other?.array === variable.array ? variable.array : undefined
          met.set(name, { ...variable, value: joined, array })
        }
        return met
      }),
    )
  }
}

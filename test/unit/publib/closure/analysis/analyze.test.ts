import { expect } from 'chai'
import { analyze } from '../../../../../publib/closure/analysis/analyze.ts'

function freeNames(text: string): string[] {
  return [...(analyze(text)?.freeNames.keys() ?? [])].sort()
}

function pathsOf(text: string, name: string): string[] {
  const uses = analyze(text)?.freeNames.get(name)?.uses ?? []
  return uses.map(use => use.path.join('.') + (use.isMethodCall ? '()' : ''))
}

describe('analysis of a function text', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['x => x * k', ['k']],
    ['(k) => k', []],
    ['x => { const k = 1; return x + k }', []],
    ['x => { { let k = 1 } return k }', ['k']],
    ['x => { { var k = 1 } return k }', []],
    ['x => { f(); function f() { return g } }', ['g']],
    ['x => { try { a() } catch (a) { return a } }', ['a']],
    ['({ a, b: c = d, ...e }, [f = g] = h) => [a, c, e, f]', ['d', 'g', 'h']],
    ['() => { for (const i of list) sum += i }', ['list', 'sum']],
    ['() => { for (let i = 0; i < n; i++) {} return i }', ['i', 'n']],
    ['() => { [a.b, c] = d; ({ e, f: g = h } = i) }', ['a', 'c', 'd', 'e', 'g', 'h', 'i']],
    ['function fact(n) { return n ? n * fact(n - 1) : one }', ['one']],
    ['() => ({ a, b: c, [d]: 1, ...e })', ['a', 'c', 'd', 'e']],
    ['() => { out: for (;;) break out }', []],
    ['() => class A extends B { [k]() { return A + c } }', ['B', 'c', 'k']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a function
    ['() => `${a} ${tag`x${b}`}`', ['a', 'b', 'tag']],
    ['() => { switch (a) { case b: let c = 1; default: c } }', ['a', 'b']],
    ['get w() { return super.w + q }', ['q']],
    ['async *#p(x) { yield* q(x) }', ['q']],
    ['() => function f(arguments_) { return arguments.length }', []],
  ]
  for (const [text, names] of cases) {
    it(`finds ${names.join(', ') || 'nothing'} free in ${text}`, () => {
      expect(freeNames(text)).to.deep.equal(names)
    })
  }

  it('follows fixed properties and no others', () => {
    expect(pathsOf('() => cfg.a.b', 'cfg')).to.deep.equal(['a.b'])
    expect(pathsOf('() => cfg.a[i].b', 'cfg')).to.deep.equal(['a'])
    expect(pathsOf('() => cfg?.a?.b()', 'cfg')).to.deep.equal(['a.b()'])
    expect(pathsOf('() => { const { a, b } = cfg }', 'cfg')).to.deep.equal(['a', 'b'])
    expect(pathsOf('() => { const { a, ...rest } = cfg }', 'cfg')).to.deep.equal([''])
    expect(pathsOf('() => use(cfg)', 'cfg')).to.deep.equal([''])
  })

  it('tells the outer this of an arrow from the own of an inner function', () => {
    expect(analyze('() => this.a')?.usesOuterThis).to.equal(true)
    expect(analyze('() => function () { return this.a }')?.usesOuterThis).to.equal(false)
    expect(analyze('() => () => this.a')?.thisUses).to.deep.equal([
      { path: ['a'], isMethodCall: false },
    ])
  })

  it('sees through the helpers that compilers make of async functions', () => {
    const text = 'x => __awaiter(this, void 0, void 0, function* () { return this.k * x })'
    expect(analyze(text)?.thisUses.map(use => use.path)).to.deep.equal([['k']])
    const es5 =
      'function (x) { return tslib_1.__awaiter(_this, void 0, void 0, function () {' +
      ' return tslib_1.__generator(this, function (_a) { return [2, this.k * x] }) }) }'
    expect(pathsOf(es5, '_this')).to.deep.equal(['k'])
  })

  it('notes the class member in which a name is used', () => {
    const text = 'class A extends B { m() { return c } static s = d; f = e; constructor() { g } }'
    const members = [...(analyze(text)?.freeNames.values() ?? [])].map(free => [
      free.name,
      free.uses[0]?.member,
    ])
    expect(members).to.deep.equal([
      ['B', '%heritage'],
      ['c', 'm'],
      ['d', '%static'],
      ['e', '%new'],
      ['g', '%new'],
    ])
  })

  it('says what a text does that cannot travel', () => {
    expect(analyze('() => eval("q")')?.usesEval).to.equal(true)
    expect(analyze('() => (0, eval)("q")')?.usesEval).to.equal(false)
    expect(analyze('function (o) { with (o) { a } }')?.usesWith).to.equal(true)
    expect(analyze('(() => super.x)')?.usesSuper).to.equal(true)
    expect([...(analyze('() => this.#x')?.privateNames ?? [])]).to.deep.equal(['x'])
  })

  it('gives nothing for what is no JavaScript', () => {
    expect(analyze('function () { [native code] }')).to.equal(undefined)
  })

  it('finds where the parameters open', () => {
    for (const text of [
      'function f(a) {}',
      'async function* g (a) {}',
      '[k](a) {}',
      'get x() {}',
    ]) {
      const start = analyze(text)?.parametersStart ?? -1
      expect(text[start], text).to.equal('(')
    }
  })
})

import { expect } from 'chai'
import { allTags } from '#publib/lineage'
import { loadClasses, loadersOf } from '../../../../publib/lineage/registry.ts'

describe('the registry of operators', () => {
  for (const kind of ['operator', 'action'] as const) {
    it(`loads every ${kind} by its own tag`, async () => {
      const loaders: Record<string, () => Promise<{ tag: string }>> = { ...loadersOf(kind) }
      const loaded = await Promise.all(
        Object.entries(loaders).map(async ([tag, load]) => [tag, (await load()).tag]),
      )
      for (const [tag, own] of loaded) expect(own).to.equal(tag)
      const all = kind === 'operator' ? allTags.operators : allTags.actions
      expect(loaded.map(([tag]) => tag)).to.have.members(all)
    })

    it(`refuses an ${kind} that only another version knows`, async () => {
      const refused = await loadClasses(kind, ['constructor']).catch(error => error)
      expect(refused).to.include({ code: 'VERSION_MISMATCH' })
    })
  }
})

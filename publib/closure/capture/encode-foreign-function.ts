/** Functions that executors have themselves: Node's, and those of packages. */
import { promisify } from 'node:util'
import type { FunctionInfo } from '../engine/function-info.ts'
import type { Script } from '../engine/scripts.ts'
import { type AnyFunction, sourceText } from '../function.ts'
import { builtinPlace } from '../known/builtin-modules.ts'
import { searchPackage } from '../known/commonjs.ts'
import { intrinsicPath } from '../known/intrinsics.ts'
import { exportName } from '../known/module-exports.ts'
import { fileOfUrl, isPackageFile, packageFile } from '../known/packages.ts'
import { fileReference, type ModuleReference, moduleReference } from '../known/references.ts'
import type { NodeId } from '../wire.ts'
import type { Encoder } from './encoder.ts'
import { part, type Refusal, type Trail } from './trail.ts'

/** `own`: the function is the user's, or must travel by value for another reason. */
export function encodeForeignFunction(
  encoder: Encoder,
  fn: AnyFunction,
  id: NodeId,
  trail: Trail,
  info: FunctionInfo,
  script: Script,
): Refusal | 'done' | 'own' {
  if (script.url.startsWith('node:'))
    return encodeNodeFunction(encoder, fn, id, trail, info, script)
  const file = fileOfUrl(script.url)
  if (!isPackageFile(file) || encoder.forced.has(fn)) return 'own'
  const reference = packageReference(fn, info, script, file)
  if (reference) {
    encoder.nodes[id] = encoder.moduleNode(reference)
    return 'done'
  }
  encoder.noteByValue(packageFile(file)?.name ?? file)
  return 'own'
}

function packageReference(
  fn: AnyFunction,
  info: FunctionInfo,
  script: Script,
  file: string,
): ModuleReference | undefined {
  const known = moduleReference(fn)
  if (known) return known
  const place = searchPackage(fn, file)
  if (place) return fileReference(place.file, place.path, 'commonjs')
  if (!script.isModule || !info.location) return undefined
  const name = exportName(info.location.scriptId, sourceText(fn))
  return name === undefined ? undefined : fileReference(file, [name], 'module')
}

function encodeNodeFunction(
  encoder: Encoder,
  fn: AnyFunction,
  id: NodeId,
  trail: Trail,
  info: FunctionInfo,
  script: Script,
): Refusal | 'done' {
  const path = intrinsicPath(fn)
  const place = builtinPlace(fn)
  if (path) encoder.nodes[id] = { t: 'intrinsic', path }
  else if (place) {
    const need = { kind: 'builtin', specifier: place.module, namespace: false } as const
    encoder.nodes[id] = encoder.moduleNode({ need, path: place.path })
  } else if (fn.name === 'require' && 'resolve' in fn) {
    encoder.nodes[id] = { t: 'require', file: fileOfUser(trail) }
  } else if (!encodePromisified(encoder, id, trail, info, script)) {
    return { why: `is the Node.js internal function \`${fn.name}\` (${script.url})` }
  }
  return 'done'
}

/** The file whose `require` it is: that of the nearest function on the trail. */
function fileOfUser(trail: Trail): string {
  for (let at: Trail | undefined = trail; at; at = at.parent) {
    if (at.step.kind === 'variable') return at.step.usedBy().place?.file ?? ''
  }
  return ''
}

/** `util.promisify(f)` keeps `f` in its scope. */
function encodePromisified(
  encoder: Encoder,
  id: NodeId,
  trail: Trail,
  info: FunctionInfo,
  script: Script,
): boolean {
  const original = info.scopes[0]?.['original']
  if (script.url !== 'node:internal/util' || typeof original !== 'function') return false
  encoder.later(() => {
    const fn = encoder.encode(promisify, part(trail, ''))
    const parameters = [encoder.encode(original, part(trail, '(promisified)'))]
    encoder.nodes[id] = { t: 'call', fn, parameters }
  })
  return true
}

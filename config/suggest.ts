import { createRequire } from 'node:module'
import type * as levenshtein from 'fastest-levenshtein'

const require = createRequire(import.meta.url)

/** The known word that was most likely meant; undefined where none is near. */
export function suggestion(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestScore = 0.5
  for (const candidate of known) {
    const score = unlikeness(word, candidate)
    if (score < bestScore) [best, bestScore] = [candidate, score]
  }
  return best
}

/** 0 for the same word in another case; each word part in common counts as much as half of the letters. */
function unlikeness(word: string, candidate: string): number {
  const [given, known] = [withoutPrefix(word), withoutPrefix(candidate)]
  const whole = ratio(given, known)
  const last = ratio(lastPart(given), lastPart(known)) + 0.05
  const shared = sharedParts(given, known)
  return Math.min(whole, last) - 0.4 * shared
}

/** What all keys and variables begin with says nothing. */
function withoutPrefix(word: string): string {
  return word.replace(/^(?:sim)?spark[._]/i, '')
}

function ratio(a: string, b: string): number {
  const [low, other] = [a.toLowerCase(), b.toLowerCase()]
  // Loaded by the first mistake.
  const { distance } = require('fastest-levenshtein') as typeof levenshtein
  return distance(low, other) / Math.max(low.length, other.length, 1)
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** The part of the words of the last name that both have: heartbeatMs and heartbeatInterval share a half. */
function sharedParts(a: string, b: string): number {
  const [first, second] = [wordsOf(lastPart(a)), wordsOf(lastPart(b))]
  const shared = first.filter(word => second.includes(word)).length
  return shared / Math.max(first.length, second.length, 1)
}

function wordsOf(name: string): string[] {
  return name
    .split(/(?=[A-Z])|[^A-Za-z0-9]+/)
    .map(word => word.toLowerCase())
    .filter(word => word !== '')
}

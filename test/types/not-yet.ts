/** What the contract has and simSpark has not, so far. A name that is built, or that the contract does not know, fails the test. */
export const notYet: Readonly<Record<string, readonly string[]>> = {
  RDD: ['getResourceProfile', 'withResources', 'barrier', 'pipe'],
  SparkContext: [
    'resources',
    'addArchive',
    'listArchives',
    'addPackage',
    'listPackages',
    'showProfiles',
    'dumpProfiles',
  ],
}

/**
 * What is there, but is left out where types are compared as a whole: operations that make pairs of whatever they get (comparing
 * them makes pairs of pairs without end); `context` and `union` mention RDD and SparkContext as classes
 * with private members, which compare by name alone (the programs hold them); listeners are told less of some events
 * than the contract says (`blockUpdated` has no storage level, `callSite` may be undefined).
 */
export const heldByPrograms: Readonly<Record<string, readonly string[]>> = {
  RDD: [
    ...['context', 'cartesian', 'zip', 'zipWithIndex', 'zipWithUniqueId', 'zipPartitions'],
    'zipPartitionsWithEvaluator',
  ],
  SparkContext: ['union', 'addSparkListener', 'removeSparkListener'],
}

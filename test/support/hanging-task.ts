import { type RDD, type SparkContext, TaskContext } from '../../driver/index.ts'

/** One task whose first attempt never ends; the second gives its number. */
export function hangsAtFirst(sc: SparkContext): RDD<number | undefined> {
  return sc.range(0, 1, 1, 1).map(() => {
    const context = TaskContext.get()
    while (context?.attemptNumber === 0) {
      // For ever.
    }
    return context?.attemptNumber
  })
}

/** The next task that starts: where, and which attempt. */
export function nextStart(
  sc: SparkContext,
): Promise<{ readonly executorId: string; readonly taskAttemptId: number }> {
  return new Promise(resolve => {
    const listener = {
      onTaskStart: ({ task }: { readonly task: Awaited<ReturnType<typeof nextStart>> }) => {
        sc.removeSparkListener(listener)
        resolve(task)
      },
    }
    sc.addSparkListener(listener)
  })
}

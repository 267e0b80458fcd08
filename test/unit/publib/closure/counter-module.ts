/** A module whose variable changes, for the tests of what shipping does with such. */
export let counter = 0

export function bump(): void {
  counter++
}

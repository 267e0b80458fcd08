// Numbers as others of the same value.

/** Integers as doubles. */
export function toDoubles(integers: usize, count: u32, doubles: usize): void {
  for (let i: usize = 0; i < count; i += 2) {
    const pair = v128.load64_zero(integers + (i << 2))
    v128.store(doubles + (i << 3), f64x2.convert_low_i32x4_s(pair))
  }
}

/** Doubles as integers of 32 bits; 0 where one is none of these, or is -0. */
export function toIntegers(doubles: usize, count: u32, integers: usize): u32 {
  const whole = <usize>(count & ~1)
  for (let i: usize = 0; i < whole; i += 2) {
    const pair = v128.load(doubles + (i << 3))
    const both = i32x4.trunc_sat_f64x2_s_zero(pair)
    // To the last bit: -0 becomes 0, and what is no integer something else.
    const same = i64x2.eq(f64x2.convert_low_i32x4_s(both), pair)
    if (!i64x2.all_true(same)) return 0
    v128.store64_lane(integers + (i << 2), both, 0)
  }
  if (whole == <usize>count) return 1
  const pair = v128.load64_zero(doubles + (whole << 3))
  const last = i32x4.trunc_sat_f64x2_s_zero(pair)
  v128.store64_lane(integers + (whole << 2), last, 0)
  return i64x2.all_true(i64x2.eq(f64x2.convert_low_i32x4_s(last), pair)) ? 1 : 0
}

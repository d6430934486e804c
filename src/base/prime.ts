// Primes: sizes of hash tables.

/** Whether a number is a prime. */
export function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false
  return Number.isInteger(value) && value > 1
}

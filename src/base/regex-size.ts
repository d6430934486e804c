// How large a program RE2 makes of an expression: never less than it does, and the same for what people write. re2js has one
// instruction for a whole class of characters where RE2 has one for each range of bytes. Held against Envoy's own count
// by test/conformance/validation.
import type { RE2JS } from 're2js'

/** How the expression is read: each byte a character, or UTF-8. */
export type Reading = 'bytes' | 'utf8'

/** Instructions besides those that re2js counts: RE2 looks for a match from every byte on. */
const searching = 2
/** Numbers of re2js' instructions from which on they take a character. */
const firstOfRunes = 8
/** Their number for `^`, `$`, `\b` and the like. */
const emptyWidth = 4
const lastCharacter = 0x10ffff

/** The size of its program in RE2, or a little more. */
export function programSize(expression: RE2JS, reading: Reading): number {
  let size = searching
  // What repeats nothing, such as `^*`, is made in three instructions.
  const repeats = expression.pattern().includes('*')
  for (const { op, arg, runes } of instructionsOf(expression.re2().prog)) {
    if (op === emptyWidth && repeats) size += 3
    else if (op < firstOfRunes) size += 1
    else if (runes.length === 1)
      size += arg === 1 ? foldedSize(runes[0] ?? 0, reading) : rangeSize(runes[0] ?? 0, runes[0] ?? 0)
    else size += Math.max(1, classSize(runes, reading))
  }
  return size
}

/** A letter in either case; k and s have a third form outside of ASCII. */
function foldedSize(letter: number, reading: Reading): number {
  if (letter > 0x7f) return 16
  if (reading === 'bytes') return 1
  const small = String.fromCharCode(letter).toLowerCase()
  return small === 'k' ? 4 : small === 's' ? 3 : 1
}

function classSize(runes: ArrayLike<number>, reading: Reading): number {
  const last = reading === 'bytes' ? 0xff : lastCharacter
  const ranges: (readonly [from: number, to: number])[] = []
  for (let index = 0; index < runes.length; index += 2) {
    const from = runes[index] ?? 0
    if (from <= last) ranges.push([from, Math.min(runes[index + 1] ?? from, last)])
  }
  const holds = (character: number): boolean =>
    ranges.some(([from, to]) => from <= character && character <= to)
  // RE2 folds capitals into small letters where the class has both or neither of each.
  let folds = true
  for (let capital = 0x41; capital <= 0x5a; capital++)
    if (holds(capital) !== holds(capital + 0x20)) folds = false
  return ranges
    .filter(([from, to]) => !(folds && from >= 0x41 && to <= 0x5a))
    .reduce((sum, [from, to]) => sum + (reading === 'bytes' ? 1 : rangeSize(from, to)), 0)
}

/** Instructions of one range of characters in UTF-8. */
function rangeSize(from: number, to: number): number {
  if (to <= 0x7f) return 1
  const ascii = from <= 0x7f ? 1 : 0
  // Everything beyond ASCII has a form of its own.
  if (to === lastCharacter && from <= 0x80) return ascii + 6
  const bytes = (character: number): number => Buffer.byteLength(String.fromCodePoint(character))
  if (ascii === 0 && from >> 6 === to >> 6) return bytes(to)
  return ascii + 7 * bytes(to)
}

interface Instruction {
  readonly op: number
  readonly arg: number
  readonly runes: ArrayLike<number>
}

function instructionsOf(program: unknown): readonly Instruction[] {
  const list = typeof program === 'object' && program !== null && 'inst' in program ? program.inst : undefined
  if (!Array.isArray(list)) throw new Error('re2js keeps its program elsewhere: see what changed in it')
  return list
}

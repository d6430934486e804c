// What a schema allows besides its type, in a few words for the reference page: `1 to 65535`, `at most 64 characters`.
import { z } from 'zod'

interface Ends {
  readonly least?: number
  /** More than this. */
  readonly above?: number
  readonly most?: number
  readonly below?: number
}

/** The bounds of one value; empty where there are none. `schema`: without what only says whether it may be left out. */
export function boundsOf(schema: z.core.$ZodType): string {
  const said = noted(schema, 'bounds')
  if (said !== undefined) return said
  const ends = endsOf(schema)
  if (schema instanceof z.ZodString) return words(ends, 'character')
  if (schema instanceof z.ZodArray) return words(ends, 'item')
  return words(ends)
}

/** What a shared field says of itself by `meta`: its name among types, or bounds that no check tells. */
export function noted(schema: z.core.$ZodType, key: 'type' | 'bounds'): string | undefined {
  const value = z.globalRegistry.get(schema)?.[key]
  return typeof value === 'string' ? value : undefined
}

function endsOf(schema: z.core.$ZodType): Ends {
  let ends: Ends = {}
  for (const { _zod } of schema._zod.def.checks ?? []) {
    const { def } = _zod
    if (isLess(def)) ends = { ...ends, ...(def.inclusive ? { most: def.value } : { below: def.value }) }
    else if (isGreater(def))
      ends = { ...ends, ...(def.inclusive ? { least: def.value } : { above: def.value }) }
    else if (isMin(def)) ends = { ...ends, least: def.minimum }
    else if (isMax(def)) ends = { ...ends, most: def.maximum }
  }
  return ends
}

type Def = z.core.$ZodCheckDef
const isLess = (def: Def): def is z.core.$ZodCheckLessThanDef & { readonly value: number } =>
  def.check === 'less_than' && 'value' in def && typeof def.value === 'number'
const isGreater = (def: Def): def is z.core.$ZodCheckGreaterThanDef & { readonly value: number } =>
  def.check === 'greater_than' && 'value' in def && typeof def.value === 'number'
const isMin = (def: Def): def is z.core.$ZodCheckMinLengthDef => def.check === 'min_length'
const isMax = (def: Def): def is z.core.$ZodCheckMaxLengthDef => def.check === 'max_length'

function words({ least, above, most, below }: Ends, unit?: string): string {
  const upper = most ?? below
  const counted = unit === undefined ? '' : ` ${unit}${(upper ?? least) === 1 ? '' : 's'}`
  const start = least ?? above
  if (start === undefined && upper === undefined) return ''
  if (least !== undefined && most !== undefined) {
    return `${least === most ? `${least}` : `${least} to ${most}`}${counted}`
  }
  const low = least !== undefined ? `at least ${least}` : above !== undefined ? `above ${above}` : undefined
  const high = most !== undefined ? `at most ${most}` : below !== undefined ? `below ${below}` : undefined
  return `${[low, high].filter((part) => part !== undefined).join(', ')}${counted}`
}

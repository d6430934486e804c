// The story, scene by scene.
import { firstFleet } from './first-fleet.ts'
import { killed } from './killed.ts'
import { manyMoves, rollBack, switchOver } from './moves.ts'
import { repaired } from './repaired.ts'
import type { Scene } from './scene.ts'
import { shares } from './shares.ts'
import { slip } from './slip.ts'
import { cohortByHeader, mirrored } from './visitors.ts'

export const scenes: readonly Scene[] = [
  firstFleet,
  switchOver,
  rollBack,
  shares,
  cohortByHeader,
  mirrored,
  slip,
  repaired,
  killed,
  manyMoves,
]
export type { Scene }

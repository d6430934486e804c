// The story, scene by scene.
import { firstFleet } from './first-fleet.ts'
import { killed } from './killed.ts'
import { manyMoves, rollBack, switchOver } from './moves.ts'
import { refused } from './refused.ts'
import type { Scene } from './scene.ts'

export const scenes: readonly Scene[] = [firstFleet, switchOver, rollBack, refused, killed, manyMoves]
export type { Scene }

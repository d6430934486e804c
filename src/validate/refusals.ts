// Everything that Envoy would refuse of one resource by itself: its constraints, and what its code asks beyond them.
import type { Violation } from '../base/index.ts'
import { codeFaults } from './code/index.ts'
import { violationsOf } from './constraints/index.ts'

/** Faults of a message in proto3 JSON, with their JSON paths; none when Envoy would take it. Bounds as violationsOf. */
export const refusalsOf = (messageName: string, json: unknown): readonly Violation[] =>
  violationsOf(messageName, json, codeFaults)

// Everything that Envoy would refuse of one resource by itself: its constraints, and what its code asks beyond them.
import type { Violation } from '../base/index.ts'
import { codeFaults, writtenFaults } from './code/index.ts'
import { violationsOf } from './constraints/index.ts'

/** Faults of a message in proto3 JSON, with their JSON paths; none when Envoy would take it. Bounds as violationsOf. */
export const refusalsOf = (messageName: string, json: unknown): readonly Violation[] =>
  violationsOf(messageName, json, codeFaults)

/** The same of a resource in Envoy's own words: it may have what is never generated. */
export const refusalsOfWritten = (messageName: string, json: unknown): readonly Violation[] =>
  violationsOf(messageName, json, writtenFaults)

// -o json and -o yaml.
import { stringify } from 'yaml'
import type { Format } from '../options.ts'
import { plain } from './plain.ts'
import type { Terminal } from './terminal.ts'

/** Prints a message or a list of messages as JSON or YAML. */
export function printData(terminal: Terminal, format: Format, value: unknown): void {
  terminal.out(dataText(format, plain(value)))
}

/** The text, without the last line's end. */
export function dataText(format: Format, value: unknown): string {
  return format === 'yaml'
    ? stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
    : JSON.stringify(value, undefined, 2)
}

// -f, for the commands that read manifests.
import type { Command } from 'commander'
import { several } from '../options.ts'

export interface FileOptions {
  readonly filename: readonly string[]
  readonly recursive?: boolean
}

export const withFiles = (command: Command): Command =>
  command
    .requiredOption(
      '-f, --filename <path>',
      'file, folder, or - for stdin; may be given several times',
      several,
    )
    .option('-R, --recursive', 'folders with their subfolders')

// What verdigris get was asked for, whether it prints once or watches.
import type { NamespaceOptions, OutputOptions, ServerOptions } from '../options.ts'
import type { WatchFlags } from '../watching.ts'

export type GetOptions = NamespaceOptions &
  OutputOptions &
  ServerOptions &
  WatchFlags & { readonly allNamespaces?: boolean; readonly applied?: boolean }

export type View = 'VIEW_HEAD' | 'VIEW_APPLIED'
export const viewOf = ({ applied }: GetOptions): View => (applied === true ? 'VIEW_APPLIED' : 'VIEW_HEAD')

export const isTable = ({ output }: OutputOptions): boolean => output === 'table' || output === 'wide'

// The schemas of Envoy's API, loaded at the first question and kept. Importing the room loads nothing.
import { parseDescriptors } from './descriptors.ts'
import { readDescriptorFile } from './io/descriptor-file.ts'
import type { EnumSchema, MessageSchema, Schemas } from './schema.ts'

let loaded: Schemas | undefined

/** Schemas of Envoy's API; the first call reads the file (about 15 ms), the rest share it. */
export function envoySchemas(): Schemas {
  loaded ??= parseDescriptors(readDescriptorFile())
  return loaded
}

/** Whether the descriptors were needed yet. */
export const descriptorsLoaded = (): boolean => loaded !== undefined

/** Schema of a message by its full name; undefined when Envoy's API has none of this name. */
export const messageSchema = (name: string): MessageSchema | undefined => envoySchemas().message(name)

/** Schema of an enum by its full name; undefined when Envoy's API has none of this name. */
export const enumSchema = (name: string): EnumSchema | undefined => envoySchemas().enumeration(name)

// What may stand between per cent signs in the value of a header: Envoy fills it in, and refuses what it does not know.

/** Substitutions that say something of the request, its connection or where it went; `%%` is a per cent sign. */
const substitution =
  /%(?:%|(?:REQ|RESP)\(([!#$&'*+.^_`|~0-9A-Za-z-]+|:(?:authority|method|path|scheme))\)%|(?:DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT|HOSTNAME|PROTOCOL|REQUESTED_SERVER_NAME|RESPONSE_CODE|ROUTE_NAME|START_TIME|UPSTREAM_CLUSTER|UPSTREAM_HOST)%)/g

/** Whether every per cent sign belongs to a substitution that is known here. */
export const isHeaderFormat = (text: string): boolean => !text.replaceAll(substitution, '').includes('%')

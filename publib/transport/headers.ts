/** Says that the peer is a simSpark, and nothing else about it. */
export const PEER_HEADER = 'x-simspark'
/** Why a request was refused, as the gate's code. */
export const REFUSAL_HEADER = 'x-simspark-refusal'
/** The version of the peer; only said to who has a token. */
export const VERSION_HEADER = 'x-simspark-version'

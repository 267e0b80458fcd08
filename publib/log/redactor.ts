const SECRET_KEY = /secret|password|token|access.?key|authorization|credential/i
const BEARER = /\bBearer\s+[A-Za-z0-9._~+/=-]+/gi
const HIDDEN = '[hidden]'
/** Shorter values stand in too many innocent places. */
const SECRET_LENGTH_MIN = 8

/** Keeps secrets out of what is written: by the name of a field, and by known values wherever they stand. */
export class Redactor {
  readonly #secrets = new Set<string>()

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.hide(secret)
  }

  /** From now on this value is never written. */
  hide(secret: string): void {
    if (secret.length >= SECRET_LENGTH_MIN) this.#secrets.add(secret)
  }

  text(text: string): string {
    let clean = text.replace(BEARER, `Bearer ${HIDDEN}`)
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, HIDDEN)
    return clean
  }

  /** The value of a field; hidden whole where the field's name says what it is. */
  field(key: string, text: string): string {
    return this.isSecretKey(key) ? HIDDEN : this.text(text)
  }

  /** Whether a name says that its value is a secret. */
  isSecretKey(key: string): boolean {
    return SECRET_KEY.test(key)
  }
}

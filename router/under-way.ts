/** The operations under way on one connection, by the ids that its client gave them. */
export class UnderWay<T> extends Map<string, T> {
  #waiting: (() => void)[] = [];

  /** Resolves as soon as none is under way. */
  ended(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  override delete(id: string): boolean {
    const was = super.delete(id);
    this.#settle();
    return was;
  }

  override clear(): void {
    super.clear();
    this.#settle();
  }

  #settle(): void {
    if (this.size > 0 || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

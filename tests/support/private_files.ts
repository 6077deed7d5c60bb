/** The browser's private file system (OPFS) in memory, as far as the playground's worker uses it. */

/** A file that is open. As in browsers, it cannot be opened again before it is closed. */
class PrivateFile {
  readonly kind = "file";
  #bytes = new Uint8Array(0);
  #open = false;

  constructor(readonly folder: PrivateFolder, readonly name: string) {}

  getFile(): Promise<File> {
    return Promise.resolve(new File([this.#bytes], this.name));
  }

  createSyncAccessHandle() {
    if (this.#open) return Promise.reject(new DOMException("", "NoModificationAllowedError"));
    this.#open = true;
    return Promise.resolve({
      read: (buffer: Uint8Array, { at }: { at: number }): number => {
        const part = this.#bytes.subarray(at, at + buffer.length);
        buffer.set(part);
        return part.length;
      },
      write: (buffer: Uint8Array, { at }: { at: number }): number => {
        if (this.folder.full) throw new DOMException("No space left", "QuotaExceededError");
        this.#resize(Math.max(this.#bytes.length, at + buffer.length));
        this.#bytes.set(buffer, at);
        return buffer.length;
      },
      getSize: () => this.#bytes.length,
      truncate: (size: number) => this.#resize(size),
      flush: () => {},
      close: () => this.#open = false,
    });
  }

  /** Closes the file, as the end of a visit does. */
  close(): void {
    this.#open = false;
  }

  /** Adds text. */
  async append(text: string): Promise<void> {
    const file = await this.createSyncAccessHandle();
    file.write(new TextEncoder().encode(text), { at: file.getSize() });
    file.close();
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(0, size));
    this.#bytes = bytes;
  }
}

/** A folder. */
class PrivateFolder {
  readonly kind = "directory";
  readonly #entries = new Map<string, PrivateFile | PrivateFolder>();
  #full = false;

  constructor(readonly parent: PrivateFolder | null = null) {}

  /** Whether writing fails, here and in its folders. */
  get full(): boolean {
    return this.#full || (this.parent?.full ?? false);
  }

  set full(full: boolean) {
    this.#full = full;
  }

  getDirectoryHandle(name: string): Promise<PrivateFolder> {
    return Promise.resolve(this.#entry(name, true, () => new PrivateFolder(this)));
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<PrivateFile> {
    return await this.#entry(name, create, () => new PrivateFile(this, name));
  }

  removeEntry(name: string): Promise<void> {
    this.#entries.delete(name);
    return Promise.resolve();
  }

  async *entries(): AsyncGenerator<[string, PrivateFile | PrivateFolder]> {
    yield* this.#entries;
  }

  /** Closes all files, as the end of a visit does. */
  close(): void {
    for (const entry of this.#entries.values()) entry.close();
  }

  #entry<T extends PrivateFile | PrivateFolder>(name: string, create: boolean, make: () => T): T {
    if (!this.#entries.has(name)) {
      if (!create) throw new DOMException(`${name} does not exist`, "NotFoundError");
      this.#entries.set(name, make());
    }
    return this.#entries.get(name) as T;
  }
}

/** Replaces the private file system of this process by an empty one, and returns its root. */
export function usePrivateFiles(): PrivateFolder {
  const root = new PrivateFolder();
  Object.defineProperty(navigator, "storage", {
    value: { getDirectory: () => Promise.resolve(root) },
    configurable: true,
  });
  return root;
}

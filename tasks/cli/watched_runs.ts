/**
 * The live page of `--watch`.
 *
 * @module
 */
import { type LiveReport, type ReportServer, serveReport } from "../../src/report/mod.ts";
import { printNotice } from "./progress.ts";

/** Serves one page for the runs of a command, which shows the latest of them. */
export class WatchedRuns {
  readonly #port: number | undefined;
  #server: ReportServer | null | undefined;
  #report!: LiveReport;
  /** Versions of the earlier runs. */
  #versions = 0;

  /** @param port absent for any free port */
  constructor(port: number | undefined) {
    this.#port = port;
  }

  /** Shows a run. The first one starts the server and prints its address, also with `--quiet`. A failure is a notice: the runs do not depend on it. */
  show(report: LiveReport): void {
    if (this.#server !== undefined) this.#versions += this.#report.version + 1;
    this.#report = report;
    this.#server ??= this.#serve();
  }

  /** Closes the server. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  #serve(): ReportServer | null {
    const latest = () => this.#report;
    const versions = () => this.#versions;
    const report: LiveReport = {
      get name() {
        return latest().name;
      },
      get version() {
        return versions() + latest().version;
      },
      get reportPath() {
        return latest().reportPath;
      },
      body: () => latest().body(),
      report: () => latest().report(),
    };
    const serve = (port?: number) => {
      const server = serveReport(report, port);
      printNotice(`Watch the run at ${server.url}`);
      return server;
    };
    try {
      try {
        return serve(this.#port);
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse) || this.#port === undefined) throw error;
        printNotice(`Port ${this.#port} is in use; serving the live report on a free port`);
        return serve();
      }
    } catch (error) {
      printNotice(`Cannot serve the live report: ${(error as Error).message}`);
      return null;
    }
  }
}

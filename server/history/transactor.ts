/**
 * Transactions.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Runs some work in one transaction: all of it is done, or it throws and none is. */
export type Transact = <T>(work: () => T) => T;

/** Prepares transactions on a connection. Statements, not `exec`, because the errors of that have no code. */
export function transactor(db: DatabaseSync): Transact {
  const [begin, commit, rollback] = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"].map((sql) => db.prepare(sql));
  return (work) => {
    try {
      begin.run();
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      rollBack(rollback);
      throw error;
    }
  };
}

function rollBack(rollback: StatementSync): void {
  try {
    rollback.run();
  } catch (error) {
    // It never began, or SQLite has ended it itself.
    if (!(error instanceof Error && error.message.includes("no transaction is active"))) throw error;
  }
}

/** Closing the work of whoever is here: everything stays on the phone, the PIN opens it again. */

import { go } from "./router.js";
import * as drafts from "./store/drafts.js";
import { leave, leaveEverywhere, me } from "./store/me.js";

/** Lock in every window. */
export const lockNow = () => lockBy(leaveEverywhere);

/** Lock this window alone. */
export const lockHere = () => lockBy(leave);

async function lockBy(how) {
  await drafts.idle();
  if (me.officer) how();
  go("#/pin");
}

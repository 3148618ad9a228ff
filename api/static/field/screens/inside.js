/** The screens behind the PIN, by the first word of their address. */

import { showAct } from "./act.js";
import { showForm } from "./form.js";
import { showHome } from "./home.js";
import { showHousehold, showHouseholds } from "./households.js";
import { showQueue, showRecord } from "./records.js";
import { showSettings } from "./settings.js";

/** What shows each screen. */
export const SCREENS = {
  home: showHome,
  households: showHouseholds,
  household: showHousehold,
  act: showAct,
  form: showForm,
  queue: showQueue,
  record: showRecord,
  settings: showSettings,
};

import { assertEquals } from "@std/assert";
import type { ClientConfig } from "../../client/config.ts";
import { LiveSettings } from "../../client/live_settings.ts";
import { TempFolder } from "../temp_folder.ts";

const CONFIG: ClientConfig = {
  host: "127.0.0.1",
  port: 12345,
  name: undefined,
  json: false,
  plain: false,
  dumb: false,
  bell: true,
  colour: "auto",
  timeFormat: "24h",
  folders: { config: undefined, state: undefined },
  access: { password: undefined, allowPlaintext: false },
};

function setUp(kept: boolean): { settings: LiveSettings; applied: ClientConfig[] } & Disposable {
  const folder = kept ? new TempFolder() : undefined;
  const applied: ClientConfig[] = [];
  return {
    settings: new LiveSettings({ ...CONFIG, folders: { config: folder?.path, state: undefined } }, (changed) => applied.push(changed)),
    applied,
    [Symbol.dispose]: () => folder?.[Symbol.dispose](),
  };
}

Deno.test("LiveSettings.set changes what holds now at once, and says when the rest does", () => {
  using made = setUp(true);
  const { settings, applied } = made;
  assertEquals(settings.set("bell", "false"), "bell is false");
  assertEquals(settings.set("timeFormat", "12h"), "timeFormat is 12h");
  assertEquals(applied.map(({ bell, timeFormat }) => [bell, timeFormat]), [[false, "24h"], [false, "12h"]]);
  assertEquals(settings.set("name", "zed"), "name is zed from the next time on");
  assertEquals(settings.set("colour", "red"), 'colour: "red" is not allowed; allowed are auto, always and never');
  assertEquals(applied.length, 2);
  assertEquals(settings.list(), [
    "name        zed",
    "server      127.0.0.1:12345",
    "colour      auto",
    "bell        false",
    "timeFormat  12h",
  ]);
});

Deno.test("LiveSettings.set changes for now what cannot be kept", () => {
  using made = setUp(false);
  const { settings, applied } = made;
  assertEquals(settings.set("bell", "false"), "bell is false for now; it was not saved: there is no home folder for config.json");
  assertEquals(applied.map(({ bell }) => bell), [false]);
  assertEquals(settings.set("name", "zed"), "name was not saved: there is no home folder for config.json");
  assertEquals(settings.list().slice(0, 1), ["name        as last time"]);
});

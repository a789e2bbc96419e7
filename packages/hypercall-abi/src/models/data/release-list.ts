// Made by tools/import-models.ts from Xen's public headers: facts only. Do not edit.
import type { ReleaseSource } from "./release-models.ts";

export const releaseList: readonly ReleaseSource[] = [
  { xen: "4.11", build: "4.11.4", commit: "e9bee143fd4248b004d1235c320bb0180a4c757f" },
  { xen: "4.12", build: "4.12.4", commit: "efea4bdbd183e1f1e3cbb2b33623680419199542" },
  { xen: "4.13", build: "4.13.5", commit: "708e83f0e7d1e32295fee58c71c1e972d4e61f56" },
  { xen: "4.14", build: "4.14.6", commit: "297fce96e1329107f48c08f539bc3000652610cd" },
  { xen: "4.15", build: "4.15.7", commit: "543bbddf79f105682904c3b5a09c5a1692ae4b15" },
  { xen: "4.16", build: "4.16.7", commit: "b15e1f07954949759dfb355c0c4045ba58b8376a" },
  { xen: "4.17", build: "4.17.7", commit: "9373a593c5a6ef57db1302eb1dca58cc3eb51c07" },
  { xen: "4.18", build: "4.18.6", commit: "c9355898f3b8e10ca49e87d50e335d682827c33b" },
  { xen: "4.19", build: "4.19.6", commit: "54ee7c511ae7f5cac195cce271564a1a339ae99a" },
  { xen: "4.20", build: "4.20.4", commit: "9611e26eff425be128d4b9c7b48f2bc6b5d3498e" },
  { xen: "4.21", build: "4.21.2", commit: "78c2a59f9edba7ee4da31c7c95ac52a003d56b91" },
  { xen: "4.22", build: "4.22.0", commit: "d45d5687f1441495f4ee20d5e9940066c5fa5beb" },
  { xen: "master", build: "4.23-unstable", commit: "c447b7308b1330ec6dcfef37220736c28f41daa0" },
];

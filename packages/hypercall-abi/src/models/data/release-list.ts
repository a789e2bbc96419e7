// Made by tools/import-models.ts from Xen's public headers: facts only. Do not edit.
import type { ReleaseSource } from "./release-models.ts";

/** Where each bundled release came from, oldest first. */
export const releaseList: readonly ReleaseSource[] = [
  { xen: "4.0", build: "4.0.4", commit: "2692df2a2c6ca3c09ef6c3d064f36e3630ff9bdc" },
  { xen: "4.1", build: "4.1.6.1", commit: "40feff8733e2ac27561a27e7c009a61ba3b320fe" },
  { xen: "4.2", build: "4.2.5", commit: "80a11b92a47cb8278c074f83f9ea29b7825eaa74" },
  { xen: "4.3", build: "4.3.4", commit: "f009300d7e2c93f3b98ed4dbe08b3238c9eb0818" },
  { xen: "4.4", build: "4.4.4", commit: "6bf0560e123ec50dd0fab3850effe448504d8604" },
  { xen: "4.5", build: "4.5.5", commit: "62cc20d4cb872e9db0ba6da3fb32817c410e7a8a" },
  { xen: "4.6", build: "4.6.6", commit: "568490750cfc36bf584d88756914f46ef3556c56" },
  { xen: "4.7", build: "4.7.6", commit: "e3b4ec6dc77acc13b603497185086cfa96749d19" },
  { xen: "4.8", build: "4.8.5", commit: "8db85532cbb80c6396e5dab8809feb7b7b0d5c45" },
  { xen: "4.9", build: "4.9.4", commit: "4597fc97b3b8870c39214e3aa4132ab711a40691" },
  { xen: "4.10", build: "4.10.4", commit: "6ea37c69c7d3948d9bb6f217235ae8bd767e8c46" },
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

// What the straight path's WebAssembly module (assembly/straight-kernel.ts) and its caller tell each other, by slots of 8 bytes
// at the beginning of the memory: a number, or two whole numbers of 4 bytes. Both compile this file.
// Names that end in _AT are addresses of columns; what is not said to be a number of 8 bytes is a whole one.

export const SLOT_BYTES = 8;
export const SLOTS = 512;

// The batch: addresses of its columns, and what a run of rows has in common.
export const KIND_AT = 0;
export const DOMID_AT = 1;
export const SOURCE_AT = 2;
export const CALL_AT = 3;
export const PID_AT = 4;
export const NR_AT = 5;
export const CMD_AT = 6;
export const START_AT = 7;
export const RET_AT = 8;
export const PAYLOAD_AT = 9;
export const WORDS_AT = 10;
/** Two whole numbers: the domain that DMA is noted for, and what the column of domids says of its rows. */
export const DOMID = 11;
export const SOURCE = 12;

// The domain's frames.
export const KINDS_AT = 20;
export const FLAGS_AT = 21;
export const MFNS_AT = 22;
export const AUX_AT = 23;
export const EVENTS_AT = 24;
export const GONE_MFNS_AT = 25;
export const GONE_EVENTS_AT = 26;
export const GUEST_MFNS_AT = 27;
export const GUEST_EVENTS_AT = 28;
export const LEAVES_OF_AT = 29;
/** Addresses of tables of addresses of the places of 1024 leaves, each table of 1024; 0: none of its leaves was touched. */
export const DIRECTORY_AT = 30;
/** Groups of entries in use, and those that the columns hold. */
export const GROUPS = 31;
export const GROUPS_MAX = 32;
export const LATEST_UNIFORM = 33;
/** Numbers: leaves that the pool still has, and those that the run took from it. */
export const LEAVES_LEFT = 34;
export const LEAVES_TAKEN = 35;
/** A stack: uniform entries that are free. */
export const UNIFORM_FREE = 36;
/** Uniform entries of the latest group of them that no leaf had yet. */
export const NEXT_UNIFORM = 38;
export const END_UNIFORM = 39;

// What gfns hold by default: RANGES rows of first gfn, end, kind, first frame (-1: not known), all numbers.
export const RANGES_AT = 40;
export const RANGES = 41;
export const IS_DIRECT_MAPPED = 42;
/** BANKS rows of first gfn and end of a bank of RAM, numbers. */
export const BANKS_AT = 43;
export const BANKS = 44;

// The guest's own table. FORGOTTEN_UNTIL and GUEST_LATEST are numbers.
export const GUEST_COUNT = 50;
export const GUEST_SEEN = 51;
export const GUEST_OUTSIDE = 52;
export const FORGOTTEN_UNTIL = 53;
export const GUEST_LATEST = 54;

// Counts of the domain. UNSEEN_MAPS, UNSEEN_UNMAPS and HIGHEST_GFN are numbers.
export const EXCEPTIONS = 60;
export const EXCEPTIONS_PEAK = 61;
export const UNSEEN_MAPS = 62;
export const UNSEEN_UNMAPS = 63;
export const HIGHEST_GFN = 64;

// Handles, by slot.
export const HANDLE_STATE_AT = 70;
export const HANDLE_GRANTER_AT = 71;
export const HANDLE_REF_AT = 72;
export const HANDLE_FLAGS_AT = 73;
export const HANDLE_GFN_AT = 74;
export const HANDLE_MFN_AT = 75;
export const HANDLE_MAPPED_AT = 76;
export const HANDLE_MAP_EVENT_AT = 77;
export const HANDLE_RELEASE_EVENT_AT = 78;
export const HANDLES = 79;
export const HANDLES_MAX = 80;
/** Handles below this are their own slots. */
export const HANDLES_BOUND = 89;
export const LIVE = 81;
export const LIVE_PEAK = 82;
/** Notes of released frames: columns, those in use, the oldest that may count, room. */
export const NOTE_FRAMES_AT = 83;
export const NOTE_EVENTS_AT = 84;
export const NOTES = 85;
export const NOTES_OLDEST = 86;
export const NOTES_MAX = 87;
/** Notes that there is room for, by frame that counts. */
export const NOTES_PER_FRAME = 88;

// Segments of DMA, by slot. DMA_SERIAL, DMA_LOWEST and DMA_HIGHEST are numbers.
export const DMA_DEV_AT = 90;
export const DMA_PHYS_AT = 91;
export const DMA_BUS_AT = 92;
export const DMA_SIZE_AT = 93;
export const DMA_EVENT_AT = 94;
export const DMA_DIRECTION_AT = 95;
export const DMA_DOMID_AT = 96;
export const DMA_SERIAL_AT = 97;
export const DMA_USED = 98;
export const DMA_MAX = 99;
export const DMA_PAGES = 100;
export const DMA_SERIAL = 101;
export const DMA_LOWEST = 102;
export const DMA_HIGHEST = 103;
/** A stack: slots that are free. */
export const DMA_FREE = 104;
/** Whether DMA_BY_PHYS is kept. */
export const HAS_BY_PHYS = 106;

// Tables from numbers to numbers, each of TABLE_SLOTS slots.
export const TABLE_SLOTS = 8;
export const BY_BUS = 240;
export const BY_GFN = 248;
export const BY_PHYS = 256;
export const LIVE_BY_MFN = 264;
export const PINS = 272;
export const NOTE_OF = 280;

// What may take the path now; the stretches are numbers.
export const MAY_DMA = 140;
export const MAY_ENTRY = 141;
export const MAY_GRANT_COME = 142;
export const MAY_GRANT_GO = 143;
export const MAY_MAP = 144;
export const MAY_UNMAP = 145;
export const FIRST_PLACE = 146;
export const END_PLACE = 147;
export const FIRST_FRAME = 148;
export const END_FRAME = 149;
/** Number: gfns from here on are not known to be reached by the p2m. */
export const REACHED_END = 150;
/** By index of a device's name and one, DEVICES of them: 0, or bits of what its pages may ask for, and one more. */
export const DEVICES_AT = 151;
export const DEVICES = 152;
/** By domid: whether its grants may be mapped. */
export const GRANTERS_AT = 153;
export const IGNORES_BUS = 154;
/** Numbers of calls under way: none of them may begin. */
export const UNDER_WAY_AT = 155;
export const UNDER_WAY = 156;
export const MAY_DECREASE = 157;
export const MAY_POPULATE = 158;
/** Whether own RAM may leave gfns of which nothing is known. */
export const MAY_LEAVE_UNKNOWN = 159;

// Shapes of the calls: words of a row, and the words at which members stand in it. Bits of members: 1 << field.
export const MAP_NR = 160;
export const MAP_CMD = 161;
export const UNMAP_CMD = 163;
export const MAP_IN_WORDS = 164;
export const MAP_OUT_WORDS = 165;
export const UNMAP_IN_WORDS = 166;
export const UNMAP_OUT_WORDS = 167;
export const MAP_ADDRESS = 168;
export const MAP_FLAGS = 169;
export const MAP_REF = 170;
export const MAP_DOM = 171;
export const MAP_STATUS = 172;
export const MAP_HANDLE = 173;
export const MAP_BUS = 174;
export const UNMAP_ADDRESS = 175;
export const UNMAP_HANDLE = 176;
export const UNMAP_BUS = 177;
export const UNMAP_STATUS = 178;
export const DECREASE_NR = 186;
export const DECREASE_CMD = 187;
export const POPULATE_CMD = 188;
export const DECREASE_WORDS = 189;
export const POPULATE_WORDS = 190;
export const RESERVATION_DOMID = 191;
export const RESERVATION_ORDER = 192;
export const RESERVATION_FLAGS = 193;
export const RESERVATION_COUNT = 194;
/** DOMID_SELF. */
export const SELF = 195;
/** Where own RAM may leave the map, and come back: gfns, numbers. */
export const FIRST_OUT = 196;
export const END_OUT = 197;
export const FIRST_IN = 198;
export const END_IN = 199;
/** Bounds that the caller keeps, too. */
export const DMA_PAGES_BOUND = 180;
export const SEGMENT_PAGES_BOUND = 181;
export const GUEST_ENTRIES_BOUND = 182;
export const NOTED_FRAMES_BOUND = 184;
export const FIRST_RESERVED_DOMID = 185;
export const CALL_FRAMES_BOUND = 162;

// What a run gives. EVENT, LAST_CALL and the events and gfns of firsts are numbers; EVENT is given to it, too.
export const EVENT = 200;
export const DMAS = 201;
export const ENTRIES = 202;
export const UNKNOWN_PAGES = 203;
/** Calls of a sub-op, and of how many other sub-ops one came before its first. */
export const MAPS = 204;
export const UNMAPS = 205;
export const DECREASES = 220;
export const POPULATES = 221;
export const CALL_KINDS = 222;
/** Whether a gfn that nothing was known of got or lost a page. */
export const DOUBTS = 223;
/** Whether pages left a domain of which they are counted, and those that came before the first did (a number). */
export const LOST_PAGES = 224;
export const CAME_PAGES = 225;
/**
 * Runs of gfns that changed alike: rows of event, the gfn that came first, how many (below 0: from there downwards), kinds
 * before and after, all numbers.
 */
export const RUNS_AT = 226;
export const RUNS = 227;
export const RUNS_MAX = 228;
export const RUN_BYTES = 40;
/** Numbers. */
export const OPERATIONS = 207;
export const MISSING = 208;
export const LAST_CALL = 209;
/** Grants that came. */
export const OPENED = 210;
/** Grants that came to gfns that nothing was known of. */
export const TOUCHED = 211;
export const TOUCHED_EVENT = 212;
export const TOUCHED_GFN = 213;
/** Grants that were mapped read-only. */
export const READ_ONLY = 214;
export const READ_ONLY_EVENT = 215;
export const READ_ONLY_GFN = 216;
/** Entries of the guest's table that outlive their grants: OUTLIVED rows of pfn, handle, thread, event, all numbers. */
export const OUTLIVED = 217;
export const OUTLIVED_AT = 4096;
export const OUTLIVED_MAX = 64;
export const OUTLIVED_BYTES = 32;

/** Why the run ended before the row that it ended before; refusal-reasons.ts has the numbers. 0: it took all rows. */
export const REFUSED = 230;

/** Ops of one call that are looked at: Linux's batches are shorter. Here the module keeps the op's gfn, mfn, ref and handle. */
export const OPS_MAX = 64;
export const OPS_AT = 8192;
export const OP_BYTES = 32;
/** Runs of neighbours of one call that are held against each other: the module keeps first and end of each. */
export const CALL_RUNS_AT = 12288;
export const CALL_RUNS_MAX = 256;

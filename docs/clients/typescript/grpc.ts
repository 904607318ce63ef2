// A player's story by grpc-js, with the clients that ts-proto generates.
//
//   node dist/grpc.js localhost:7070 anna 'a long and unusual password' picture.png report.pdf
import { readFileSync, writeFileSync } from "node:fs";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { AuthServiceClient, SignUpRequest, type SignUpResponse } from "./generated/grpc-js/dossier/auth/v1/auth_service.js";
import { AccountServiceClient, DeleteAccountRequest } from "./generated/grpc-js/dossier/profile/v1/account_service.js";
import { AvatarServiceClient, type UploadAvatarResponse } from "./generated/grpc-js/dossier/profile/v1/avatar_service.js";
import { Gender } from "./generated/grpc-js/dossier/profile/v1/user.js";
import { type GetUserResponse, ProfileServiceClient, UpdateUserRequest, type UpdateUserResponse } from "./generated/grpc-js/dossier/profile/v1/profile_service.js";
import { State } from "./generated/grpc-js/dossier/report/v1/report.js";
import {
  CreateReportRequest,
  type CreateReportResponse,
  DownloadReportRequest,
  type DownloadReportResponse,
  ReportServiceClient,
  type WatchReportResponse,
} from "./generated/grpc-js/dossier/report/v1/report_service.js";

const [endpoint, username, password, picture, report] = process.argv.slice(2) as [string, string, string, string, string];
const plain = credentials.createInsecure();

/** Turns a call with a callback into a promise. */
function answered<Response>(
  begin: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => begin((error, response) => (error ? reject(error) : resolve(response))));
}

const auth = new AuthServiceClient(endpoint, plain);
const newcomer = SignUpRequest.create({ username, password, deviceName: "grpc-js" });
const signedUp = await answered<SignUpResponse>((done) => auth.signUp(newcomer, done));
const me = new Metadata();
me.set("authorization", `Bearer ${signedUp.tokens!.accessToken}`);

const profiles = new ProfileServiceClient(endpoint, plain);
const { user } = await answered<GetUserResponse>((done) => profiles.getUser({ username }, done));
const wish = UpdateUserRequest.create({
  username,
  user: { ...user, displayName: "Анна", gender: Gender.GENDER_FEMALE, city: "Kyiv" },
  updateMask: ["display_name", "gender", "city"],
});
await answered<UpdateUserResponse>((done) => profiles.updateUser(wish, me, done));

const bytes = readFileSync(picture);
await answered<UploadAvatarResponse>((done) => {
  const upload = new AvatarServiceClient(endpoint, plain).uploadAvatar(me, done);
  upload.write({ metadata: { username, sizeBytes: BigInt(bytes.length), sha256: "" } });
  for (let at = 0; at < bytes.length; at += 65536) upload.write({ chunk: bytes.subarray(at, at + 65536) });
  upload.end();
});

const reports = new ReportServiceClient(endpoint, plain);
const asked = await answered<CreateReportResponse>((done) =>
  reports.createReport(CreateReportRequest.create({ requestId: crypto.randomUUID() }), me, done),
);
const reportId = asked.report!.reportId;
let state = asked.report!.state;
const seen: AsyncIterable<WatchReportResponse> = reports.watchReport({ reportId }, me);
for await (const { report } of seen) state = report!.state;
if (state !== State.STATE_READY) throw new Error(`the report ended as ${State[state]}`);
const chunks: Buffer[] = [];
const parts: AsyncIterable<DownloadReportResponse> = reports.downloadReport(DownloadReportRequest.create({ reportId }), me);
for await (const { chunk } of parts) if (chunk) chunks.push(chunk);
writeFileSync(report, Buffer.concat(chunks));

const goodbye = DeleteAccountRequest.create({ username, password });
await answered((done) => new AccountServiceClient(endpoint, plain).deleteAccount(goodbye, me, done));
console.log(`${username}: ${chunks.reduce((size, chunk) => size + chunk.length, 0)} bytes of report`);

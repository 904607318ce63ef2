#!/bin/sh
# A player's story over plain HTTP: sign up, sign in, edit, read, ask for a report, fetch it, delete the account.
#
#   sh docs/clients/curl/story.sh http://localhost:7080 anna 'a long and unusual password' picture.png report.pdf
#
# Needs curl and nothing else. It stops at the first answer that is not good, with what the server said.
set -eu
BASE=$1 USERNAME=$2 PASSWORD=$3 PICTURE=$4 REPORT=$5
JSON='content-type: application/json'

# Answers the value of a field of the JSON that is piped in; enough for fields that are texts without quotes.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
call() { curl --silent --show-error --fail-with-body "$@"; }

call "$BASE/v1/auth:signUp" --header "$JSON" \
    --data "{\"username\": \"$USERNAME\", \"password\": \"$PASSWORD\"}" >/dev/null
TOKEN=$(call "$BASE/v1/auth:signIn" --header "$JSON" \
    --data "{\"username\": \"$USERNAME\", \"password\": \"$PASSWORD\"}" | field accessToken)
AUTH="authorization: Bearer $TOKEN"

# Edit the own profile: what the body names is changed, the rest stays.
call --request PATCH "$BASE/v1/users/$USERNAME" --header "$AUTH" --header "$JSON" \
    --data '{"displayName": "Анна", "gender": "GENDER_FEMALE", "city": "Kyiv"}'
echo
call --upload-file "$PICTURE" "$BASE/v1/users/$USERNAME/avatar" --header "$AUTH"
echo

# Anybody reads one, the picture, and all.
call "$BASE/v1/users/$USERNAME"
echo
call "$BASE/v1/users/$USERNAME/avatar?size=64" --output /dev/null
call "$BASE/v1/users?pageSize=200"
echo

# The answer to the wish is the address, at once. It says 202 until the report is made.
ADDRESS=$(call --request POST "$BASE/v1/reports" --header "$AUTH" --header "$JSON" --data '{}' | field downloadUri)
case $ADDRESS in /*) ADDRESS=$BASE$ADDRESS ;; esac
while
    STATUS=$(call "$ADDRESS" --header "$AUTH" --output "$REPORT" --write-out '%{http_code}')
    [ "$STATUS" = 202 ]
do
    sleep 1
done
echo "report: $(wc -c <"$REPORT") bytes from $ADDRESS"

call --request POST "$BASE/v1/users/$USERNAME:delete" --header "$AUTH" --header "$JSON" \
    --data "{\"password\": \"$PASSWORD\"}"
echo

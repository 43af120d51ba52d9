// Uses the client that openapi-generator generates for `go`. Prints what it got as JSON.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	hindsight "github.com/GIT_USER_ID/GIT_REPO_ID"
)

type webhook struct{ Secret, Id, Timestamp, Signature, Body string }

func clientOf(url string, key string) (*hindsight.APIClient, context.Context) {
	configuration := hindsight.NewConfiguration()
	configuration.Servers = hindsight.ServerConfigurations{{URL: url}}
	return hindsight.NewAPIClient(configuration), context.WithValue(context.Background(), hindsight.ContextAccessToken, key)
}

func must[T any](value T, _ any, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func errorOf[T any](_ T, _ any, err error) hindsight.ApiErrorBody {
	var failed *hindsight.GenericOpenAPIError
	if !errors.As(err, &failed) {
		panic("The call did not fail with a response.")
	}
	return failed.Model().(hindsight.ErrorResponse).Error
}

func isGenuine(sent webhook) bool {
	secret, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(sent.Secret, "whsec_"))
	digest := hmac.New(sha256.New, secret)
	fmt.Fprintf(digest, "%s.%s.%s", sent.Id, sent.Timestamp, sent.Body)
	expected := "v1," + base64.StdEncoding.EncodeToString(digest.Sum(nil))
	return hmac.Equal([]byte(expected), []byte(sent.Signature))
}

func main() {
	url, key, limitedKey := os.Args[1], os.Args[2], os.Args[3]
	client, ctx := clientOf(url, key)
	api := client.InterviewsAPI
	types := must(client.InterviewTypesAPI.ListInterviewTypes(ctx).Execute())
	email := "jane.smith@example.com"
	create := func(body hindsight.CreateInterviewRequest) hindsight.ApiCreateInterviewRequestRequest {
		return api.CreateInterviewRequest(ctx).IdempotencyKey("go").CreateInterviewRequest(body)
	}
	body := hindsight.NewCreateInterviewRequest(email)
	body.SetInterviewTypeId(types.Data[0].Id)
	id := must(create(*body).Execute()).InterviewRequestId

	objective := "Why price mattered"
	notes := []string{}
	for _, notesOf := range []any{map[string]any{"title": "CTO"}, "Met at the fair"} {
		update := hindsight.UpdateInterviewRequest{ContactContext: notesOf, Objective: &objective}
		must(api.UpdateInterviewRequest(ctx, id).UpdateInterviewRequest(update).Execute())
		notes = append(notes, must(api.GetInterviewRequest(ctx, id).Execute()).Contact.Notes)
	}
	listed := []int64{}
	for _, row := range must(api.ListInterviewRequests(ctx).ContactEmail(email).Execute()).Data {
		listed = append(listed, row.InterviewRequestId)
	}
	read := must(api.GetInterviewRequest(ctx, id).Execute())

	refused := []string{}
	array := hindsight.UpdateInterviewRequest{ContactContext: []string{"CTO"}}
	for _, detail := range errorOf(api.UpdateInterviewRequest(ctx, id).UpdateInterviewRequest(array).Execute()).Details {
		refused = append(refused, detail.Field)
	}
	_, withoutKey := clientOf(url, "hsk_unknown")
	other := hindsight.NewCreateInterviewRequest("omar.haddad@example.com")
	other.SetInterviewTypeId(types.Data[0].Id)
	update := hindsight.UpdateInterviewRequest{Objective: &objective}
	_, limited := clientOf(url, limitedKey)
	for call := 1; call <= 2; call++ { // the limit is one request
		client.InterviewTypesAPI.ListInterviewTypes(limited).Execute()
	}
	codes := []hindsight.ErrorCode{
		errorOf(api.GetInterviewRequest(withoutKey, id).Execute()).Code,
		errorOf(api.GetInterviewRequest(ctx, id+1).Execute()).Code,
		errorOf(create(*other).Execute()).Code,
		errorOf(api.UpdateInterviewRequest(ctx, id).UpdateInterviewRequest(update).IfMatch(`"1-1"`).Execute()).Code,
		errorOf(client.InterviewTypesAPI.ListInterviewTypes(limited).Execute()).Code,
	}

	var sent webhook
	file, _ := os.ReadFile(os.Args[4])
	if err := json.Unmarshal(file, &sent); err != nil {
		panic(err)
	}
	forged := sent
	forged.Body += " "
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"interview_request_id": id,
		"notes":                notes,
		"listed":               listed,
		"read":                 []any{read.Status, read.Objective.Get(), read.Transcript.Get()},
		"refused":              refused,
		"errors":               codes,
		"genuine":              []bool{isGenuine(sent), isGenuine(forged)},
	})
}

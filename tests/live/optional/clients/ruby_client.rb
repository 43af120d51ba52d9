# Uses the client that openapi-generator generates for `ruby`. Prints what it got as JSON.
require "base64"
require "json"
require "openapi_client"
require "openssl"

url, key, limited_key, webhook = ARGV

def configured(url, key)
  OpenapiClient::ApiClient.new(
    OpenapiClient::Configuration.new do |configuration|
      configuration.scheme, configuration.host = url.split("://")
      configuration.server_index = nil
      configuration.access_token = key
    end
  )
end

def error_of
  yield
  raise "The call did not fail."
rescue OpenapiClient::ApiError => error
  OpenapiClient::ErrorResponse.build_from_hash(JSON.parse(error.response_body, symbolize_names: true)).error
end

def genuine?(sent)
  secret = Base64.decode64(sent["secret"].delete_prefix("whsec_"))
  digest = OpenSSL::HMAC.digest("sha256", secret, "#{sent["id"]}.#{sent["timestamp"]}.#{sent["body"]}")
  OpenSSL.secure_compare("v1,#{Base64.strict_encode64(digest)}", sent["signature"])
end

client = configured(url, key)
interviews = OpenapiClient::InterviewsApi.new(client)
type = OpenapiClient::InterviewTypesApi.new(client).list_interview_types.data.first.id
create = lambda do |email|
  body = OpenapiClient::CreateInterviewRequest.new(contact_email: email, interview_type_id: type)
  interviews.create_interview_request(body, idempotency_key: "ruby")
end
update = lambda do |id, options = {}, **fields|
  interviews.update_interview_request(id, OpenapiClient::UpdateInterviewRequest.new(fields), options)
end

id = create.call("jane.smith@example.com").interview_request_id
notes = [{ title: "CTO" }, "Met at the fair"].map do |context|
  update.call(id, contact_context: context, objective: "Why price mattered")
  interviews.get_interview_request(id).contact.notes
end
page = interviews.list_interview_requests(contact_email: "jane.smith@example.com")
read = interviews.get_interview_request(id)
limited = OpenapiClient::InterviewTypesApi.new(configured(url, limited_key))
sent = JSON.parse(File.read(webhook))
puts JSON.generate(
  interview_request_id: id,
  notes: notes,
  listed: page.data.map(&:interview_request_id),
  read: [read.status, read.objective, read.transcript],
  refused: error_of { update.call(id, contact_context: ["CTO"]) }.details.map(&:field),
  errors: [
    error_of { OpenapiClient::InterviewsApi.new(configured(url, "hsk_unknown")).get_interview_request(id) },
    error_of { interviews.get_interview_request(id + 1) },
    error_of { create.call("omar.haddad@example.com") },
    error_of { update.call(id, { if_match: '"1-1"' }, objective: "Why price mattered") },
    error_of { 3.times { limited.list_interview_types } },
  ].map(&:code),
  genuine: [genuine?(sent), genuine?(sent.merge("body" => sent["body"] + " "))],
)

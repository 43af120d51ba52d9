<?php
// Uses the client that openapi-generator generates for `php`. Prints what it got as JSON.

use OpenAPI\Client\Api\InterviewTypesApi;
use OpenAPI\Client\Api\InterviewsApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\CreateInterviewRequest;
use OpenAPI\Client\Model\ErrorResponse;
use OpenAPI\Client\Model\UpdateInterviewRequest;
use OpenAPI\Client\ObjectSerializer;

require 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/hindsight_client/lib/' . str_replace('\\', '/', substr($class, strlen('OpenAPI\\Client\\'))) . '.php';
    if (str_starts_with($class, 'OpenAPI\\Client\\')) {
        require $file;
    }
});

[, $url, $key, $limitedKey, $webhook] = $argv;

function configured(string $url, string $key): Configuration
{
    return (new Configuration())->setHost($url)->setAccessToken($key);
}

function errorOf(callable $call): object
{
    try {
        $call();
    } catch (ApiException $exception) {
        return ObjectSerializer::deserialize($exception->getResponseBody(), ErrorResponse::class)->getError();
    }
    throw new RuntimeException('The call did not fail.');
}

function isGenuine(array $sent): bool
{
    $secret = base64_decode(substr($sent['secret'], strlen('whsec_')));
    $digest = hash_hmac('sha256', "{$sent['id']}.{$sent['timestamp']}.{$sent['body']}", $secret, true);
    return hash_equals('v1,' . base64_encode($digest), $sent['signature']);
}

$interviews = new InterviewsApi(null, configured($url, $key));
$type = (new InterviewTypesApi(null, configured($url, $key)))->listInterviewTypes()->getData()[0]->getId();
$create = fn (string $email) => $interviews->createInterviewRequest(
    new CreateInterviewRequest(['contact_email' => $email, 'interview_type_id' => $type]),
    idempotency_key: 'php',
);
$update = fn (int $id, array $fields, ?string $ifMatch = null) => $interviews->updateInterviewRequest(
    $id,
    new UpdateInterviewRequest($fields),
    if_match: $ifMatch,
);

$id = $create('jane.smith@example.com')->getInterviewRequestId();
$notes = [];
foreach ([['title' => 'CTO'], 'Met at the fair'] as $context) {
    $update($id, ['contact_context' => $context, 'objective' => 'Why price mattered']);
    $notes[] = $interviews->getInterviewRequest($id)->getContact()->getNotes();
}
$page = $interviews->listInterviewRequests(contact_email: 'jane.smith@example.com');
$read = $interviews->getInterviewRequest($id);
$limited = new InterviewTypesApi(null, configured($url, $limitedKey));
$overTheLimit = function () use ($limited): void {
    for ($call = 0; $call < 3; $call++) {
        $limited->listInterviewTypes();
    }
};
$unknown = new InterviewsApi(null, configured($url, 'hsk_unknown'));
$sent = json_decode(file_get_contents($webhook), true);
echo json_encode([
    'interview_request_id' => $id,
    'notes' => $notes,
    'listed' => array_map(fn ($row) => $row->getInterviewRequestId(), $page->getData()),
    'read' => [$read->getStatus(), $read->getObjective(), $read->getTranscript()],
    'refused' => array_map(
        fn ($detail) => $detail->getField(),
        errorOf(fn () => $update($id, ['contact_context' => ['CTO']]))->getDetails(),
    ),
    'errors' => array_map(fn ($error) => $error->getCode(), [
        errorOf(fn () => $unknown->getInterviewRequest($id)),
        errorOf(fn () => $interviews->getInterviewRequest($id + 1)),
        errorOf(fn () => $create('omar.haddad@example.com')),
        errorOf(fn () => $update($id, ['objective' => 'Why price mattered'], '"1-1"')),
        errorOf($overTheLimit),
    ]),
    'genuine' => [isGenuine($sent), isGenuine([...$sent, 'body' => $sent['body'] . ' '])],
]);

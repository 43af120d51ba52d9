from django.urls import path

from interviews.web.views import survey

urlpatterns = [path("survey", survey, name="survey")]

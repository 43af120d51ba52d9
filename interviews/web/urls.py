from django.urls import path, register_converter
from django.urls.converters import StringConverter

from interviews.web.opt_out import opt_out_page
from interviews.web.views import colors, logo, own_data, own_data_file, survey
from orgs.branding import LOGO_NAME


class LogoConverter(StringConverter):
    regex = LOGO_NAME


register_converter(LogoConverter, "logo")

urlpatterns = [
    path("survey", survey, name="survey"),
    path("survey/data", own_data, name="own_data"),
    path("survey/data/file", own_data_file, name="own_data_file"),
    path("survey/opt-out", opt_out_page, name="opt_out"),
    path("survey/colors/<color>.css", colors, name="survey_colors"),
    path("survey/logos/<logo:name>", logo, name="survey_logo"),
]

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "image" {
  type = string
}

variable "greeting" {
  type = string
}

variable "desired_count" {
  type = number
}

variable "tags" {
  type = map(string)
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "any"
  secret_key                  = "any"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    ecs = var.endpoint
  }
}

resource "aws_ecs_cluster" "shop" {
  name = "shop"
  tags = var.tags
}

resource "aws_ecs_task_definition" "web" {
  family = "web"
  tags   = var.tags

  container_definitions = jsonencode([
    {
      name         = "web"
      image        = var.image
      cpu          = 4
      memory       = 16
      essential    = true
      entryPoint   = ["/bin/sh", "-c"]
      command      = ["trap 'exit 0' TERM; sleep 100000 & wait"]
      environment  = [{ name = "ZONE", value = "any" }, { name = "GREETING", value = var.greeting }]
      portMappings = [{ containerPort = 80 }]
    },
    {
      name       = "extra"
      image      = var.image
      memory     = 16
      essential  = false
      entryPoint = ["/bin/sh", "-c"]
      command    = ["trap 'exit 0' TERM; sleep 100000 & wait"]
    },
  ])
}

resource "aws_ecs_service" "web" {
  name                  = "web"
  cluster               = aws_ecs_cluster.shop.id
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = var.desired_count
  wait_for_steady_state = true
  tags                  = var.tags

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
